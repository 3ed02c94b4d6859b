# Redraw with: gnuplot scoreboard.gp (gnuplot 5.4; reads scoreboard.csv beside it)
# Every colour and font has a name: change it here.  The light theme's hues on a dark ground.
c_paper = '#14171A'; c_ink = '#F5F5F5'; c_text = '#C8C8C8'; c_quiet = '#B0B0B0'
c_rule = '#8A8A8A'; c_grid = '#2E3338'; c_mark = '#EDEDED'; c_faint = '#8F8F8F'; c_warning = '#F0A08C'
c_line = '#63B8EC'; c_line_deep = '#B8E2FF'; c_band50 = '#2B6E9C'; c_band80 = '#1F4E70'; c_band95 = '#19364C'; c_band_text = '#7FB8DE'
c_goal = '#FF8A3D'; c_goal_text = '#FFA566'; c_orange = '#E69F00'; c_orange_text = '#F0B840'
c_green = '#1FBF92'; c_green_text = '#45D1A9'; c_pink = '#DD94BC'; c_pink_text = '#E8AECD'
c_sky = '#8ACBF2'; c_sky_text = '#A3D8F7'; c_brown = '#C2A14A'; c_brown_text = '#D4B767'
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
set label 'None of 2 goals is on every count likely to be met by its deadline' at screen 0.03125, screen 0.9398148148148148 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Chance of reaching each goal by its deadline, by definition and reading;' at screen 0.03125, screen 0.8855555555555555 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'light bar: range across trends. Figures published by 13 Feb 2025' at screen 0.03125, screen 0.8488888888888889 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
unset ytics
set xrange [0:1]
set yrange [0:1]
unset grid
set xtics ('0 %%' 0, '25 %%' 0.25, '50 %%' 0.5, '75 %%' 0.75, '100 %%' 1)
set label '35,000 visits in five weeks by 23 February 2025' at screen 0.03125, screen 0.7196296296296297 left front noenhanced font f_bold.',12.0' textcolor rgb c_mark
set label 'paid' at screen 0.3255208333333333, screen 0.6733333333333335 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.6733333333333335 to screen 0.77915234375, screen 0.6733333333333335 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.6478703703703705 to screen 0.34375, screen 0.6987962962962965 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.4526005859375, screen 0.6478703703703705 to screen 0.4526005859375, screen 0.6987962962962965 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.561451171875, screen 0.6478703703703705 to screen 0.561451171875, screen 0.6987962962962965 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.6703017578125, screen 0.6478703703703705 to screen 0.6703017578125, screen 0.6987962962962965 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.77915234375, screen 0.6478703703703705 to screen 0.77915234375, screen 0.6987962962962965 nohead back lt 1 lw 1 lc rgb c_grid
set label '19 %  about 1 in 5' at screen 0.7999856770833333, screen 0.6733333333333335 left front noenhanced font f_plain.',11.5' textcolor rgb c_mark
set label 'all' at screen 0.3255208333333333, screen 0.6224074074074075 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.6224074074074075 to screen 0.77915234375, screen 0.6224074074074075 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.5969444444444446 to screen 0.34375, screen 0.6478703703703705 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.4526005859375, screen 0.5969444444444446 to screen 0.4526005859375, screen 0.6478703703703705 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.561451171875, screen 0.5969444444444446 to screen 0.561451171875, screen 0.6478703703703705 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.6703017578125, screen 0.5969444444444446 to screen 0.6703017578125, screen 0.6478703703703705 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.77915234375, screen 0.5969444444444446 to screen 0.77915234375, screen 0.6478703703703705 nohead back lt 1 lw 1 lc rgb c_grid
set label '97 %  about 97 in 100' at screen 0.7999856770833333, screen 0.6224074074074075 left front noenhanced font f_plain.',11.5' textcolor rgb c_line
set label '1,300 visits a day by 23 February 2025' at screen 0.03125, screen 0.40944444444444456 left front noenhanced font f_bold.',12.0' textcolor rgb c_mark
set label 'any day' at screen 0.3255208333333333, screen 0.3631481481481483 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.3631481481481483 to screen 0.77915234375, screen 0.3631481481481483 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.3376851851851853 to screen 0.34375, screen 0.38861111111111124 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.4526005859375, screen 0.3376851851851853 to screen 0.4526005859375, screen 0.38861111111111124 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.561451171875, screen 0.3376851851851853 to screen 0.561451171875, screen 0.38861111111111124 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.6703017578125, screen 0.3376851851851853 to screen 0.6703017578125, screen 0.38861111111111124 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.77915234375, screen 0.3376851851851853 to screen 0.77915234375, screen 0.38861111111111124 nohead back lt 1 lw 1 lc rgb c_grid
set label '34 %  about 1 in 3' at screen 0.7999856770833333, screen 0.3631481481481483 left front noenhanced font f_plain.',11.5' textcolor rgb c_mark
set label '7-day mean' at screen 0.3255208333333333, screen 0.31222222222222235 right front noenhanced font f_plain.',11.5' textcolor rgb c_text
set arrow from screen 0.34375, screen 0.31222222222222235 to screen 0.77915234375, screen 0.31222222222222235 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.34375, screen 0.2867592592592594 to screen 0.34375, screen 0.3376851851851853 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.4526005859375, screen 0.2867592592592594 to screen 0.4526005859375, screen 0.3376851851851853 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.561451171875, screen 0.2867592592592594 to screen 0.561451171875, screen 0.3376851851851853 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.6703017578125, screen 0.2867592592592594 to screen 0.6703017578125, screen 0.3376851851851853 nohead back lt 1 lw 1 lc rgb c_grid
set arrow from screen 0.77915234375, screen 0.2867592592592594 to screen 0.77915234375, screen 0.3376851851851853 nohead back lt 1 lw 1 lc rgb c_grid
set label '<1 %  less than 1 in 100' at screen 0.7999856770833333, screen 0.31222222222222235 left front noenhanced font f_plain.',11.5' textcolor rgb c_mark
set lmargin at screen 0.34375
set rmargin at screen 0.77915234375
set tmargin at screen 0.7751851851851853
set bmargin at screen 0.27981481481481496
set terminal svg size 768,432 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'scoreboard.svg'
plot 'scoreboard.csv' skip 1 using 6:5:($7-$6):(0) with vectors nohead lw 6 lc rgb c_band80, \
     'scoreboard.csv' skip 1 using 4:5 with points pt 7 ps 1.3 lc rgb c_line
set terminal pngcairo size 1920,1080 font f_plain.',12' fontscale 1.875 linewidth 2.5 pointscale 2.5 background rgb c_paper noenhanced
set output 'scoreboard.png'
replot
set output
