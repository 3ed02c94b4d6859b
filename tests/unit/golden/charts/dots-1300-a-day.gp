# Redraw with: gnuplot dots-1300-a-day.gp (gnuplot 5.4; reads dots-1300-a-day.csv beside it)
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
set terminal svg size 960,350 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'dots-1300-a-day.svg'
}
if (picture eq 'png') {
set terminal pngcairo size 1440,526 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'dots-1300-a-day.png'
}
set multiplot
unset grid
unset ytics
set label '1,300 visits a day by 23 February 2025: in at most' at screen 0.025, screen 0.9258202567760342 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label '17 of 50 futures, depending on how it is counted' at screen 0.025, screen 0.8617974322396577 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Each dot is one of 50 equally likely futures, on the date it reaches the goal: filled by the' at screen 0.025, screen 0.7949215406562055 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'deadline, hollow later. Source: Council and Gazette; figures published by 13 Feb 2025' at screen 0.025, screen 0.7497289586305279 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'A column of dots holds one day. Left out: 1 reading reached in under 1 of 50 futures by the horizon.' at screen 0.025, screen 0.045249643366619116 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set xtics nomirror out scale 0.6 textcolor rgb c_text
set xdata time
set timefmt '%Y-%m-%d'
set xrange ['2025-02-10':'2025-02-28']
set xtics ("10 Feb\n2025" '2025-02-10', "17 Feb" '2025-02-17', "24 Feb" '2025-02-24')
set yrange [0:10.5]
set arrow from '2025-02-13', graph 0 to '2025-02-13', graph 1 nohead front ls 3
set arrow from '2025-02-24', graph 0 to '2025-02-24', graph 1 nohead front ls 3
set label '17 of 50' at screen 0.847917, screen 0.347675 left front noenhanced font 'DejaVu Sans:Bold,13.0' textcolor rgb c_line
set label 'by the deadline (34 %)' at screen 0.847917, screen 0.302026 left front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_quiet
set label '5 later, 28 not by' at screen 0.847917, screen 0.260599 left front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_quiet
set label '28 Feb 2025' at screen 0.847917, screen 0.219173 left front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_quiet
set label 'projection →' at '2025-02-13', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set label 'deadline' at '2025-02-24', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set lmargin at screen 0.025
set rmargin at screen 0.7520833333333333
set tmargin at screen 0.575920114122682
set bmargin at screen 0.21643366619115548
plot 'dots-1300-a-day.csv' skip 1 using ($1==1 && $5==1 ? $3 : NaN):4:(11496.893982808024) with circles lc rgb c_line lw 1.2 fs solid 1.0 noborder, \
     'dots-1300-a-day.csv' skip 1 using ($1==1 && $5==0 ? $3 : NaN):4:(11496.893982808024) with circles lc rgb c_line lw 1.2 fs empty
unset label
unset arrow
unset object
unset xdata
unset xtics
set border 0
set xrange [0:6]
set arrow from screen 0.772917, screen 0.216434 to screen 0.841667, screen 0.216434 nohead back lt 1 lw 1 lc rgb c_rule
set yrange [0:10.5]
set lmargin at screen 0.7729166666666667
set rmargin at screen 0.8479166666666667
set tmargin at screen 0.575920114122682
set bmargin at screen 0.21643366619115548
plot 'dots-1300-a-day.csv' skip 1 using ($1==1 && $5==-1 ? $3 : NaN):4:(0.43) with circles lc rgb c_line lw 1.2 fs empty
unset label
unset arrow
unset object
set border 1
unset multiplot
set output
}
