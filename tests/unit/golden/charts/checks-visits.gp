# Redraw with: gnuplot checks-visits.gp (gnuplot 5.4; reads checks-visits.csv beside it)
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
set terminal svg size 960,351 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'checks-visits.svg'
}
if (picture eq 'png') {
set terminal pngcairo size 1440,527 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'checks-visits.png'
}
set multiplot
set label 'Visits per day: 8 of 9 reports fall into the 90 % range that the others predict' at screen 0.025, screen 0.9260312944523471 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Each report, in % above or below the median predicted for it; bars: the middle 50 and 90 % of' at screen 0.025, screen 0.8593456614509246 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'predictions of such a report. Source: Council and Gazette; figures published by 13 Feb 2025' at screen 0.025, screen 0.8142816500711239 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label '● as stated   ▲ over or at least   ▼ nearly or at most   ◆ about   — a range   orange: outside the 90 %.' at screen 0.025, screen 0.045120910384068284 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set xrange [-12.279602987231996:26.43383088412431]
set xtics ('-10 %%' -10, '0 %%' 0, '+10 %%' 10, '+20 %%' 20)
set grid xtics noytics lt 1 lw 0.75 lc rgb c_grid
unset ytics
set yrange [0:9]
set label '23 Jan 2025' at screen 0.025, screen 0.672407 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Council' at screen 0.110417, screen 0.672407 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label '790' at screen 0.383333, screen 0.672407 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '26 Jan 2025' at screen 0.025, screen 0.615344 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Gazette' at screen 0.110417, screen 0.615344 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label 'mean 835' at screen 0.383333, screen 0.615344 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '2 Feb 2025' at screen 0.025, screen 0.55828 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Council' at screen 0.110417, screen 0.55828 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label 'total over 12,000' at screen 0.383333, screen 0.55828 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '4 Feb 2025' at screen 0.025, screen 0.501217 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Gazette' at screen 0.110417, screen 0.501217 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label 'nearly 950' at screen 0.383333, screen 0.501217 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '7 Feb 2025' at screen 0.025, screen 0.444154 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Gazette' at screen 0.110417, screen 0.444154 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label '930 to 1,010' at screen 0.383333, screen 0.444154 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '9 Feb 2025' at screen 0.025, screen 0.38709 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Council' at screen 0.110417, screen 0.38709 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label 'mean about 1,400' at screen 0.383333, screen 0.38709 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '9 Feb 2025' at screen 0.025, screen 0.330027 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Council' at screen 0.110417, screen 0.330027 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label 'max over 1,000' at screen 0.383333, screen 0.330027 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '9 Feb 2025' at screen 0.025, screen 0.272963 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Council' at screen 0.110417, screen 0.272963 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label 'total 27,500' at screen 0.383333, screen 0.272963 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set label '10 Feb 2025' at screen 0.025, screen 0.2159 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_quiet
set label 'Gazette' at screen 0.110417, screen 0.2159 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label 'at least 960' at screen 0.383333, screen 0.2159 right front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_mark
set arrow from 0, graph 0 to 0, graph 1 nohead back lt 1 lw 1.2 lc rgb c_rule
set lmargin at screen 0.3958333333333333
set rmargin at screen 0.7583333333333333
set tmargin at screen 0.7009388335704126
set bmargin at screen 0.18736842105263157
plot 'checks-visits.csv' skip 1 using 3:2:($6-$3):(0) with vectors nohead lw 8 lc rgb c_band95, \
     'checks-visits.csv' skip 1 using 4:2:($5-$4):(0) with vectors nohead lw 8 lc rgb c_band80, \
     'checks-visits.csv' skip 1 using ($11==0 && $10!=0 && $10!=3 ? $7 : NaN):2:($8-$7):(0) with vectors nohead lt 1 lw 1.2 lc rgb c_mark, \
     'checks-visits.csv' skip 1 using ($11==0 && $10==0 ? $9 : NaN):2 with points pt 7 ps 0.62 lc rgb c_mark, \
     'checks-visits.csv' skip 1 using ($11==0 && $10==1 ? $9 : NaN):2 with points pt 9 ps 0.62 lc rgb c_mark, \
     'checks-visits.csv' skip 1 using ($11==0 && $10==2 ? $9 : NaN):2 with points pt 11 ps 0.62 lc rgb c_mark, \
     'checks-visits.csv' skip 1 using ($11==1 && $10==3 ? $9 : NaN):2 with points pt 13 ps 0.62 lc rgb c_goal
unset label
unset arrow
unset object
set label 'Each predicted from all other' at screen 0.783333, screen 0.700939 left front noenhanced font 'DejaVu Sans:Bold,11.5' textcolor rgb c_mark
set label 'reports' at screen 0.783333, screen 0.657752 left front noenhanced font 'DejaVu Sans:Bold,11.5' textcolor rgb c_mark
set label '8 of 9 (89 %) in the middle 90 %' at screen 0.783333, screen 0.608876 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
set label '8 of 9 (89 %) in the middle 50 %' at screen 0.783333, screen 0.569445 left front noenhanced font 'DejaVu Sans,10.5' textcolor rgb c_text
unset multiplot
set output
}
