# Redraw with: gnuplot scoreboard.gp (gnuplot 5.4; reads scoreboard.csv beside it)
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
set label 'None of 2 goals is on every count likely to be met by its deadline' at screen 0.025, screen 0.9034462269756387 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Chance of reaching each goal by its deadline, by definition and reading; light bar: range across trends. Figures published by 13 Feb 2025' at screen 0.025, screen 0.8163992869875223 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
unset ytics
set xrange [0:1]
set yrange [0:1]
unset grid
set xtics ('0 %%' 0, '25 %%' 0.25, '50 %%' 0.5, '75 %%' 0.75, '100 %%' 1)
set label '35,000 visits in five weeks by 23 February 2025' at screen 0.025, screen 0.6090314913844325 left front noenhanced font f_bold.',12.0' textcolor rgb c_mark
set label 'paid' at screen 0.32916666666666666, screen 0.53475935828877 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.53475935828877 to screen 0.78125, screen 0.53475935828877 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.4939096850861556 to screen 0.34375, screen 0.5756090314913844 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.453125, screen 0.4939096850861556 to screen 0.453125, screen 0.5756090314913844 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.5625, screen 0.4939096850861556 to screen 0.5625, screen 0.5756090314913844 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.671875, screen 0.4939096850861556 to screen 0.671875, screen 0.5756090314913844 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.78125, screen 0.4939096850861556 to screen 0.78125, screen 0.5756090314913844 nohead back lt 1 lw 1 lc rgb c_grid
set label '19 %  about 1 in 5' at screen 0.7979166666666667, screen 0.53475935828877 left front noenhanced font f_plain.',11.5' textcolor rgb c_mark
set label 'all' at screen 0.32916666666666666, screen 0.4530600118835412 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.4530600118835412 to screen 0.78125, screen 0.4530600118835412 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.4122103386809269 to screen 0.34375, screen 0.4939096850861556 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.453125, screen 0.4122103386809269 to screen 0.453125, screen 0.4939096850861556 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.5625, screen 0.4122103386809269 to screen 0.5625, screen 0.4939096850861556 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.671875, screen 0.4122103386809269 to screen 0.671875, screen 0.4939096850861556 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.78125, screen 0.4122103386809269 to screen 0.78125, screen 0.4939096850861556 nohead back lt 1 lw 1 lc rgb c_grid
set label '97 %  about 97 in 100' at screen 0.7979166666666667, screen 0.4530600118835412 left front noenhanced font f_plain.',11.5' textcolor rgb c_line
set label '1,300 visits a day by 23 February 2025' at screen 0.025, screen 0.33422459893048123 left front noenhanced font f_bold.',12.0' textcolor rgb c_mark
set label 'any day' at screen 0.32916666666666666, screen 0.2599524658348187 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.2599524658348187 to screen 0.78125, screen 0.2599524658348187 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.2191027926322043 to screen 0.34375, screen 0.3008021390374331 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.453125, screen 0.2191027926322043 to screen 0.453125, screen 0.3008021390374331 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.5625, screen 0.2191027926322043 to screen 0.5625, screen 0.3008021390374331 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.671875, screen 0.2191027926322043 to screen 0.671875, screen 0.3008021390374331 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.78125, screen 0.2191027926322043 to screen 0.78125, screen 0.3008021390374331 nohead back lt 1 lw 1 lc rgb c_grid
set label '34 %  about 1 in 3' at screen 0.7979166666666667, screen 0.2599524658348187 left front noenhanced font f_plain.',11.5' textcolor rgb c_mark
set label '7-day mean' at screen 0.32916666666666666, screen 0.17825311942958993 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.17825311942958993 to screen 0.78125, screen 0.17825311942958993 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.13740344622697553 to screen 0.34375, screen 0.2191027926322043 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.453125, screen 0.13740344622697553 to screen 0.453125, screen 0.2191027926322043 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.5625, screen 0.13740344622697553 to screen 0.5625, screen 0.2191027926322043 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.671875, screen 0.13740344622697553 to screen 0.671875, screen 0.2191027926322043 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.78125, screen 0.13740344622697553 to screen 0.78125, screen 0.2191027926322043 nohead back lt 1 lw 1 lc rgb c_grid
set label '<1 %  less than 1 in 100' at screen 0.7979166666666667, screen 0.17825311942958993 left front noenhanced font f_plain.',11.5' textcolor rgb c_mark
set lmargin at screen 0.34375
set rmargin at screen 0.78125
set tmargin at screen 0.6981580510992276
set bmargin at screen 0.12626262626262616
set terminal svg size 960,269 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'scoreboard.svg'
plot 'scoreboard.csv' skip 1 using 6:5:($7-$6):(0) with vectors nohead lw 6 lc rgb c_band80, \
     'scoreboard.csv' skip 1 using 4:5 with points pt 7 ps 1.3 lc rgb c_line
set terminal pngcairo size 1440,404 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'scoreboard.png'
replot
set output
