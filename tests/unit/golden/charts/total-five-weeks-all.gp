# Redraw with: gnuplot total-five-weeks-all.gp (gnuplot 5.4; reads total-five-weeks-all.csv beside it)
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
set label '35,000 visits in five weeks (all): 620 a day would do, and the current pace is 1,510' at screen 0.025, screen 0.9566666666666667 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Running total of visits since 20 Jan 2025, definition all: median and the middle' at screen 0.025, screen 0.9175999999999999 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label '50, 80 and 95 %. Source: Council and Gazette; figures published by 13 Feb 2025' at screen 0.025, screen 0.8911999999999999 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'Reports: ● as stated   ▲ over or at least   grey: other definitions, put on this scale by their median factor. The bands are' at screen 0.025, screen 0.04953333333333334 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set label 'those of the reference definition times the median factor 1.50; the stated chance carries the factor’s uncertainty too. ' at screen 0.025, screen 0.026433333333333336 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set xdata time
set timefmt '%Y-%m-%d'
set xrange ['2025-01-20':'2025-02-28']
set xtics ("20 Jan\n2025" '2025-01-20', "3 Feb" '2025-02-03', "17 Feb" '2025-02-17')
set yrange [0:73145.406]
set ytics ('0' 0, '20,000' 20000, '40,000' 40000, '60,000' 60000)
set arrow from '2025-01-20', first 35000 to '2025-02-23', first 35000 nohead front ls 2
set arrow from '2025-02-13', first 34050 to '2025-02-23', first 35000 nohead front lt 1 lw 1.8 lc rgb c_goal
$over_other << EOD
2025-02-02,18000
EOD
$days << EOD
2025-02-09,27500
EOD
set arrow from '2025-02-13', graph 0 to '2025-02-13', graph 1 nohead front ls 3
set arrow from '2025-02-23', graph 0 to '2025-02-23', graph 1 nohead front ls 3
set label 'needs 620 a day, now 1,510' at graph 1, first 32344.415988963112 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_goal_text
set label 'goal 35,000' at graph 1, first 35000 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_goal
set label '1 in 40 below: 49,600' at graph 1, first 49645.049999999996 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label '1 in 10 below: 52,600' at graph 1, first 52563.299999999996 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label '1 in 4 below: 55,300' at graph 1, first 55326.899999999994 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label 'median 58,500' at graph 1, first 58530 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_line
set label '1 in 4 above: 61,900' at graph 1, first 61918.5 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label '1 in 10 above: 65,200' at graph 1, first 65173.950000000004 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label '1 in 40 above: 69,000' at graph 1, first 69005.1 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label 'projection →' at '2025-02-13', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set label 'deadline' at '2025-02-23', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set lmargin at screen 0.07708333333333334
set rmargin at screen 0.7958333333333333
set tmargin at screen 0.8381333333333332
set bmargin at screen 0.14953333333333332
set terminal svg size 960,600 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'total-five-weeks-all.svg'
plot 'total-five-weeks-all.csv' skip 1 using 1:2:10 with filledcurves lc rgb c_band95, \
     'total-five-weeks-all.csv' skip 1 using 1:4:8 with filledcurves lc rgb c_band80, \
     'total-five-weeks-all.csv' skip 1 using 1:5:7 with filledcurves lc rgb c_band50, \
     'total-five-weeks-all.csv' skip 1 using 1:6 with lines ls 1, \
     $over_other using 1:2 with points pt 8 ps 0.95 lw 1.2 lc rgb c_faint, \
     $days using 1:2 with points pt 7 ps 0.75 lw 1.2 lc rgb c_mark
set terminal pngcairo size 1440,900 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'total-five-weeks-all.png'
replot
set output
