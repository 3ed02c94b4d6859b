# Redraw with: gnuplot drivers-1300-a-day.gp (gnuplot 5.4; reads drivers-1300-a-day.csv beside it)
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
set terminal svg size 960,531 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'drivers-1300-a-day.svg'
}
if (picture eq 'png') {
set terminal pngcairo size 1440,797 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'drivers-1300-a-day.png'
}
set multiplot
set border 0
unset grid
unset xtics
unset ytics
set label '1,300 visits a day by 23 February 2025: what matters' at screen 0.025, screen 0.9510357815442562 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'most is scatter from step to step, 38 % of the spread' at screen 0.025, screen 0.9087758945386064 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Shares of the variance of the best value by the deadline, and what the chance would be without' at screen 0.025, screen 0.864632768361582 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'a report (counted as any day). Source: Council and Gazette; figures published by 13 Feb 2025' at screen 0.025, screen 0.8348022598870057 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'Thin lines: twice the Monte Carlo error either way; what moves it by less is left out. 1 report cannot be judged by these draws.' at screen 0.025, screen 0.02986817325800377 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set label 'Where the spread of the best value comes from' at screen 0.025, screen 0.756008 left front noenhanced font 'DejaVu Sans:Bold,12.0' textcolor rgb c_mark
set label 'Scatter from step to step' at screen 0.370833, screen 0.708667 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '38 %' at screen 0.808333, screen 0.708667 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'How it drifts from there' at screen 0.370833, screen 0.666717 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '22 %' at screen 0.808333, screen 0.666717 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Trend, scale and persistence' at screen 0.370833, screen 0.624767 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '18 %' at screen 0.808333, screen 0.624767 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Which trend holds' at screen 0.370833, screen 0.582818 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '10 %' at screen 0.808333, screen 0.582818 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Where the path stands after the figures' at screen 0.370833, screen 0.540868 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '10 %' at screen 0.808333, screen 0.540868 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Biases and errors of the figures' at screen 0.370833, screen 0.498918 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '2 %' at screen 0.808333, screen 0.498918 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set xrange [0:0.5]
set yrange [0:6]
set lmargin at screen 0.38333333333333336
set rmargin at screen 0.7958333333333333
set tmargin at screen 0.7296421845574389
set bmargin at screen 0.47794292336665223
plot 'drivers-1300-a-day.csv' skip 1 using ($1==1 ? 0 : NaN):2:(0):3:($2-0.36):($2+0.36) with boxxyerror fs solid 1.0 noborder lc rgb c_band50
unset label
unset arrow
unset object
set label 'Chance without it; with all reports 34 %, about 1 in 3' at screen 0.025, screen 0.39508 left front noenhanced font 'DejaVu Sans:Bold,12.0' textcolor rgb c_mark
set label '23 Jan 2025: 790, Council' at screen 0.370833, screen 0.34774 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '41 %, +7.0 points' at screen 0.808333, screen 0.34774 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '9 Feb 2025: mean about 1,400, Council' at screen 0.370833, screen 0.30579 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '37 %, +2.8 points' at screen 0.808333, screen 0.30579 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '9 Feb 2025: max over 1,000, Council' at screen 0.370833, screen 0.26384 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '32 %, −1.8 points' at screen 0.808333, screen 0.26384 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '10 Feb 2025: at least 960, Gazette' at screen 0.370833, screen 0.22189 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '36 %, +1.8 points' at screen 0.808333, screen 0.22189 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '7 Feb 2025: 930 to 1,010, Gazette' at screen 0.370833, screen 0.179941 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '32 %, −1.7 points' at screen 0.808333, screen 0.179941 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '4 Feb 2025: nearly 950, Gazette' at screen 0.370833, screen 0.137991 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '35 %, +1.4 points' at screen 0.808333, screen 0.137991 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '9 Feb 2025: total 27,500, Council' at screen 0.370833, screen 0.096041 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '35 %, +1.1 points' at screen 0.808333, screen 0.096041 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set xrange [-0.0289723:0.0811157]
set yrange [0:7]
set arrow from 0, graph 0 to 0, graph 1 nohead front lt 1 lw 1.2 lc rgb c_rule
set lmargin at screen 0.38333333333333336
set rmargin at screen 0.7958333333333333
set tmargin at screen 0.3687150514269159
set bmargin at screen 0.07506591337099815
plot 'drivers-1300-a-day.csv' skip 1 using ($1==2 && $3<0 ? 0 : NaN):2:(0):3:($2-0.36):($2+0.36) with boxxyerror fs solid 1.0 noborder lc rgb c_goal, \
     'drivers-1300-a-day.csv' skip 1 using ($1==2 && $3>=0 ? 0 : NaN):2:(0):3:($2-0.36):($2+0.36) with boxxyerror fs solid 1.0 noborder lc rgb c_line, \
     'drivers-1300-a-day.csv' skip 1 using ($1==2 ? $3-2*$4 : NaN):2:(4*$4):(0) with vectors nohead lt 1 lw 1.2 lc rgb c_mark
unset label
unset arrow
unset object
unset multiplot
set output
}
