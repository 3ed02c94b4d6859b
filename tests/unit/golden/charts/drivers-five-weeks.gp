# Redraw with: gnuplot drivers-five-weeks.gp (gnuplot 5.4; reads drivers-five-weeks.csv beside it)
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
set terminal svg size 960,552 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'drivers-five-weeks.svg'
}
if (picture eq 'png') {
set terminal pngcairo size 1440,828 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'drivers-five-weeks.png'
}
set multiplot
set border 0
unset grid
unset xtics
unset ytics
set label '35,000 visits in five weeks by 23 February 2025: what' at screen 0.025, screen 0.9528985507246377 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'matters most is which trend holds, 31 % of the spread' at screen 0.025, screen 0.9122463768115943 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Shares of the variance of the total by the deadline, and what the chance would be without' at screen 0.025, screen 0.8697826086956522 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'a report (counted as paid). Source: Council and Gazette; figures published by 13 Feb 2025' at screen 0.025, screen 0.8410869565217391 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'Thin lines: twice the Monte Carlo error either way; what moves it by less is left out. 1 report cannot be judged by these draws.' at screen 0.025, screen 0.028731884057971016 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set label 'Where the spread of the total comes from' at screen 0.025, screen 0.76529 left front noenhanced font 'DejaVu Sans:Bold,12.0' textcolor rgb c_mark
set label 'Which trend holds' at screen 0.370833, screen 0.719833 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '31 %' at screen 0.808333, screen 0.719833 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'How it drifts from there' at screen 0.370833, screen 0.679644 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '24 %' at screen 0.808333, screen 0.679644 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Trend, scale and persistence' at screen 0.370833, screen 0.639455 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '21 %' at screen 0.808333, screen 0.639455 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'How it is counted (factor)' at screen 0.370833, screen 0.599266 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '8 %' at screen 0.808333, screen 0.599266 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Scatter from step to step' at screen 0.370833, screen 0.559077 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '8 %' at screen 0.808333, screen 0.559077 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Biases and errors of the figures' at screen 0.370833, screen 0.518888 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '5 %' at screen 0.808333, screen 0.518888 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label 'Where the path stands after the figures' at screen 0.370833, screen 0.4787 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '3 %' at screen 0.808333, screen 0.4787 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set xrange [0:0.5]
set yrange [0:7]
set lmargin at screen 0.38333333333333336
set rmargin at screen 0.7958333333333333
set tmargin at screen 0.7399275362318841
set bmargin at screen 0.4586050724637682
plot 'drivers-five-weeks.csv' skip 1 using ($1==1 ? 0 : NaN):2:(0):3:($2-0.36):($2+0.36) with boxxyerror fs solid 1.0 noborder lc rgb c_band50
unset label
unset arrow
unset object
set label 'Chance without it; with all reports 19 %, about 1 in 5' at screen 0.025, screen 0.378895 left front noenhanced font 'DejaVu Sans:Bold,12.0' textcolor rgb c_mark
set label '23 Jan 2025: 790, Council' at screen 0.370833, screen 0.333438 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '26 %, +7.0 points' at screen 0.808333, screen 0.333438 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '9 Feb 2025: mean about 1,400, Council' at screen 0.370833, screen 0.293249 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '22 %, +2.8 points' at screen 0.808333, screen 0.293249 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '9 Feb 2025: max over 1,000, Council' at screen 0.370833, screen 0.25306 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '17 %, −1.8 points' at screen 0.808333, screen 0.25306 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '10 Feb 2025: at least 960, Gazette' at screen 0.370833, screen 0.212871 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '21 %, +1.8 points' at screen 0.808333, screen 0.212871 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '7 Feb 2025: 930 to 1,010, Gazette' at screen 0.370833, screen 0.172682 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '17 %, −1.7 points' at screen 0.808333, screen 0.172682 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '4 Feb 2025: nearly 950, Gazette' at screen 0.370833, screen 0.132494 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '20 %, +1.4 points' at screen 0.808333, screen 0.132494 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set label '9 Feb 2025: total 27,500, Council' at screen 0.370833, screen 0.092305 right front noenhanced font 'DejaVu Sans,11.0' textcolor rgb c_text
set label '20 %, +1.1 points' at screen 0.808333, screen 0.092305 left front noenhanced font 'DejaVu Sans:Bold,11.0' textcolor rgb c_mark
set xrange [-0.0289723:0.0811157]
set yrange [0:7]
set arrow from 0, graph 0 to 0, graph 1 nohead front lt 1 lw 1.2 lc rgb c_rule
set lmargin at screen 0.38333333333333336
set rmargin at screen 0.7958333333333333
set tmargin at screen 0.35353260869565223
set bmargin at screen 0.07221014492753626
plot 'drivers-five-weeks.csv' skip 1 using ($1==2 && $3<0 ? 0 : NaN):2:(0):3:($2-0.36):($2+0.36) with boxxyerror fs solid 1.0 noborder lc rgb c_goal, \
     'drivers-five-weeks.csv' skip 1 using ($1==2 && $3>=0 ? 0 : NaN):2:(0):3:($2-0.36):($2+0.36) with boxxyerror fs solid 1.0 noborder lc rgb c_line, \
     'drivers-five-weeks.csv' skip 1 using ($1==2 ? $3-2*$4 : NaN):2:(4*$4):(0) with vectors nohead lt 1 lw 1.2 lc rgb c_mark
unset label
unset arrow
unset object
unset multiplot
set output
}
