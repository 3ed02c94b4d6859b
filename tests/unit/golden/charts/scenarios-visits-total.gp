# Redraw with: gnuplot scenarios-visits-total.gp (gnuplot 5.4; reads scenarios-visits-total.csv beside it)
# Every colour and font has a name: change it here.  Okabe and Ito's, safe for colour-blind readers and grey print.
c_paper = '#FFFFFF'; c_ink = '#111111'; c_text = '#444444'; c_quiet = '#555555'
c_rule = '#777777'; c_grid = '#E4E4E4'; c_mark = '#222222'; c_faint = '#8C8C8C'; c_warning = '#8A3324'
c_line = '#0072B2'; c_line_deep = '#003F66'; c_band50 = '#7FB3D9'; c_band80 = '#B3D1E8'; c_band95 = '#D6E6F2'; c_band_text = '#3F7196'
c_goal = '#D55E00'; c_goal_text = '#B04A00'; c_orange = '#E69F00'; c_orange_text = '#8A5F00'
c_green = '#009E73'; c_green_text = '#00785A'; c_pink = '#CC79A7'; c_pink_text = '#A0527F'
c_sky = '#56B4E9'; c_sky_text = '#1F719F'; c_brown = '#8C6D1F'; c_brown_text = '#6B5315'
f_plain = 'DejaVu Sans'; f_bold = 'DejaVu Sans:Bold'
set encoding utf8
set datafile separator ','
set datafile missing ''
set style fill solid 1.0 noborder
set border 1 lw 1 lc rgb c_rule
set grid ytics noxtics lt 1 lw 0.75 lc rgb c_grid
set xtics nomirror out scale 0.6 textcolor rgb c_text
set ytics nomirror scale 0 textcolor rgb c_text
unset mxtics
unset mytics
unset key
set style line 1 lt 1 lw 2.5 lc rgb c_line
set style line 2 lt 1 lw 2 dt (8,5) lc rgb c_goal
set style line 3 lt 1 lw 1 dt (2,4) lc rgb c_quiet
set style line 4 lt 1 lw 2.2 lc rgb c_mark
set style line 5 lt 1 lw 1.6 lc rgb c_faint
set style line 6 lt 1 lw 0.9 lc rgb c_mark
set style line 7 lt 1 lw 0.8 lc rgb c_faint
do for [picture in 'svg png'] {
if (picture eq 'svg') {
set terminal svg size 960,535 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'scenarios-visits-total.svg'
}
if (picture eq 'png') {
set terminal pngcairo size 1440,804 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'scenarios-visits-total.png'
}
set multiplot
set label '35,000 visits in five weeks by 23 February 2025: about 5 in 10' at screen 0.025, screen 0.9514834857249487 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'with “open until ten every evening”, about 1 in 5 without' at screen 0.025, screen 0.9096100018660198 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Running total of visits, median and 8 in 10 futures, on one scale; below, the difference that the' at screen 0.025, screen 0.8658704982272812 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'change makes to the same futures. Source: Council and Gazette; figures published by 13 Feb 2025' at screen 0.025, screen 0.8363127449150961 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'Chances: 35,000 visits in five weeks by 23 February 2025 (paid). 1 more scenario leaves this path as it is. ' at screen 0.025, screen 0.029595073707781305 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set arrow from screen 0.025, screen 0.7731666355663371 to screen 0.04791666666666667, screen 0.7731666355663371 nohead front lt 1 lw 2.2 lc rgb c_line
set label 'median with the change' at screen 0.05520833333333333, screen 0.7731666355663371 left front noenhanced font ',11.5' textcolor rgb c_text
set object rectangle from screen 0.22571927083333332, screen 0.7619705168874791 to screen 0.2486359375, screen 0.7843627542451951 front fillcolor rgb c_band80 fillstyle solid 1.0 noborder
set label '8 in 10 futures with it' at screen 0.25592760416666666, screen 0.7731666355663371 left front noenhanced font ',11.5' textcolor rgb c_text
set arrow from screen 0.4098354166666667, screen 0.7731666355663371 to screen 0.4327520833333333, screen 0.7731666355663371 nohead front lt 1 lw 2.2 lc rgb c_faint
set label 'median without it' at screen 0.44004375, screen 0.7731666355663371 left front noenhanced font ',11.5' textcolor rgb c_text
set arrow from screen 0.5706401041666667, screen 0.7731666355663371 to screen 0.5935567708333332, screen 0.7731666355663371 nohead front lt 1 lw 2.2 lc rgb c_goal
set label 'goal' at screen 0.6008484374999999, screen 0.7731666355663371 left front noenhanced font ',11.5' textcolor rgb c_text
set label 'Open until ten every evening' at screen 0.068725, screen 0.720918 left front noenhanced font 'DejaVu Sans:Bold,12.0' textcolor rgb c_mark
set label 'chance 50 %, 25 of 50; without 19 %' at screen 0.068725, screen 0.69136 left front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_line
set xdata time
set timefmt '%Y-%m-%d'
set xrange ['2025-02-10':'2025-02-28']
set xtics ("10 Feb\n2025" '2025-02-10', "13 Feb" '2025-02-13', "16 Feb" '2025-02-16', "19 Feb" '2025-02-19', "22 Feb" '2025-02-22', "25 Feb" '2025-02-25', "28 Feb" '2025-02-28')
unset xtics
set yrange [0:46104.064]
set ytics ('0' 0, '10,000' 10000, '20,000' 20000, '30,000' 30000, '40,000' 40000)
set arrow from '2025-02-13', graph 0 to '2025-02-13', graph 1 nohead front ls 3
set arrow from '2025-02-23', graph 0 to '2025-02-23', graph 1 nohead front ls 3
set arrow from graph 0, first 35000 to graph 1, first 35000 nohead front ls 2
set label '35,000' at graph 1, first 35000 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_goal
set label '42,400' at graph 1, first 42400 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_line
set label 'projection →' at '2025-02-13', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set label 'deadline' at '2025-02-23', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set lmargin at screen 0.068725
set rmargin at screen 0.46087291666666663
set tmargin at screen 0.5979473782422094
set bmargin at screen 0.3081427010065083
plot 'scenarios-visits-total.csv' skip 1 using 1:3:5 with filledcurves lc rgb c_band80, \
     'scenarios-visits-total.csv' skip 1 using 1:2 with lines lt 1 lw 1.8 lc rgb c_faint, \
     'scenarios-visits-total.csv' skip 1 using 1:4 with lines ls 1
unset label
unset arrow
unset object
set xtics nomirror out scale 0.6 textcolor rgb c_text
set xdata time
set timefmt '%Y-%m-%d'
set xrange ['2025-02-10':'2025-02-28']
set xtics ("10 Feb\n2025" '2025-02-10', "13 Feb" '2025-02-13', "16 Feb" '2025-02-16', "19 Feb" '2025-02-19', "22 Feb" '2025-02-22', "25 Feb" '2025-02-25', "28 Feb" '2025-02-28')
set yrange [-5253.216:4698.656]
set ytics ('0' 0)
set label 'difference' at screen 0.068725, screen 0.278286 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set arrow from '2025-02-13', graph 0 to '2025-02-13', graph 1 nohead front ls 3
set arrow from '2025-02-23', graph 0 to '2025-02-23', graph 1 nohead front ls 3
set label '+3,380' at graph 1, first 3380 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_line
set label '' at '2025-02-13', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set label '' at '2025-02-23', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set lmargin at screen 0.068725
set rmargin at screen 0.46087291666666663
set tmargin at screen 0.2633582262910763
set bmargin at screen 0.1415562604963613
plot 'scenarios-visits-total.csv' skip 1 using 1:6:8 with filledcurves lc rgb c_band80, \
     'scenarios-visits-total.csv' skip 1 using 1:7 with lines ls 1
unset label
unset arrow
unset object
set label 'The roof is mended and half of the hall is closed for as long as' at screen 0.532279, screen 0.720918 left front noenhanced font 'DejaVu Sans:Bold,12.0' textcolor rgb c_mark
set label 'that takes' at screen 0.532279, screen 0.69136 left front noenhanced font 'DejaVu Sans:Bold,12.0' textcolor rgb c_mark
set label 'chance 4 %, 2 of 50; without 19 %' at screen 0.532279, screen 0.661803 left front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_line
set xdata time
set timefmt '%Y-%m-%d'
set xrange ['2025-02-10':'2025-02-28']
set xtics ("10 Feb\n2025" '2025-02-10', "13 Feb" '2025-02-13', "16 Feb" '2025-02-16', "19 Feb" '2025-02-19', "22 Feb" '2025-02-22', "25 Feb" '2025-02-25', "28 Feb" '2025-02-28')
unset xtics
set yrange [0:46104.064]
set ytics ('' 0, '' 10000, '' 20000, '' 30000, '' 40000)
set arrow from '2025-02-13', graph 0 to '2025-02-13', graph 1 nohead front ls 3
set arrow from '2025-02-23', graph 0 to '2025-02-23', graph 1 nohead front ls 3
set arrow from graph 0, first 35000 to graph 1, first 35000 nohead front ls 2
set label '35,300' at graph 1, first 35280 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_line
set label '' at '2025-02-13', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set label '' at '2025-02-23', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set lmargin at screen 0.5322791666666666
set rmargin at screen 0.9244270833333333
set tmargin at screen 0.5979473782422094
set bmargin at screen 0.3081427010065083
plot 'scenarios-visits-total.csv' skip 1 using 1:9:11 with filledcurves lc rgb c_band80, \
     'scenarios-visits-total.csv' skip 1 using 1:2 with lines lt 1 lw 1.8 lc rgb c_faint, \
     'scenarios-visits-total.csv' skip 1 using 1:10 with lines ls 1
unset label
unset arrow
unset object
set xtics nomirror out scale 0.6 textcolor rgb c_text
set xdata time
set timefmt '%Y-%m-%d'
set xrange ['2025-02-10':'2025-02-28']
set xtics ("10 Feb\n2025" '2025-02-10', "13 Feb" '2025-02-13', "16 Feb" '2025-02-16', "19 Feb" '2025-02-19', "22 Feb" '2025-02-22', "25 Feb" '2025-02-25', "28 Feb" '2025-02-28')
set yrange [-5253.216:4698.656]
set ytics ('0' 0)
set label 'difference' at screen 0.532279, screen 0.278286 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set arrow from '2025-02-13', graph 0 to '2025-02-13', graph 1 nohead front ls 3
set arrow from '2025-02-23', graph 0 to '2025-02-23', graph 1 nohead front ls 3
set label '-3,740' at graph 1, first -3740 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_line
set label '' at '2025-02-13', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set label '' at '2025-02-23', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set lmargin at screen 0.5322791666666666
set rmargin at screen 0.9244270833333333
set tmargin at screen 0.2633582262910763
set bmargin at screen 0.1415562604963613
plot 'scenarios-visits-total.csv' skip 1 using 1:12:14 with filledcurves lc rgb c_band80, \
     'scenarios-visits-total.csv' skip 1 using 1:13 with lines ls 1
unset label
unset arrow
unset object
unset multiplot
set output
}
