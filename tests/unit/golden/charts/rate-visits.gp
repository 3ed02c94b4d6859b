# Redraw with: gnuplot rate-visits.gp (gnuplot 5.4; reads rate-visits.csv beside it)
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
set label '1,300 visits a day by 23 February 2025: the chance is less than 1 in 100 (7-day mean)' at screen 0.025, screen 0.9566666666666667 left front noenhanced font f_bold.',17.0' textcolor rgb c_ink
set label 'Visits per day: median and the middle 50, 80 and 95 % of what the reports allow,' at screen 0.025, screen 0.9175999999999999 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label '20 Jan 2025 to 28 Feb 2025. Source: Council and Gazette; figures published by 13 Feb 2025' at screen 0.025, screen 0.8911999999999999 left front noenhanced font f_plain.',12.0' textcolor rgb c_quiet
set label 'Reports: ● one day   — mean of a period   thin line: a total spread over its period   ▲ over or at least   ▼ nearly or at most' at screen 0.025, screen 0.04953333333333334 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set label '◆ about   ⌶ a range   ··· peak of a period   grey: other definitions, put on this scale by their median factor.' at screen 0.025, screen 0.026433333333333336 left front noenhanced font f_plain.',10.5' textcolor rgb c_quiet
set xdata time
set timefmt '%Y-%m-%d'
set xrange ['2025-01-20':'2025-02-28']
set xtics ("20 Jan\n2025" '2025-01-20', "3 Feb" '2025-02-03', "17 Feb" '2025-02-17')
set yrange [0:1605.2640000000001]
set ytics ('0' 0, '500' 500, '1,000' 1000, '1,500' 1500)
set arrow from '2025-01-20', first 1300 to '2025-02-23', first 1300 nohead front ls 2
$totals_other << EOD
2025-01-20,873.02,1814400
EOD
$bars_other << EOD
2025-02-03,933.33,604800
EOD
$about_other << EOD
2025-02-06,933.33
EOD
$totals << EOD
2025-01-20,857.14,1209600
EOD
$bars << EOD
2025-01-20,835,604800
EOD
$peaks << EOD
2025-01-20,1000,1814400
EOD
$ranges << EOD
2025-02-07,930,1010
EOD
$over << EOD
2025-02-02,857.14
2025-01-30,1000
2025-02-10,960
EOD
$under << EOD
2025-02-04,950
EOD
$days << EOD
2025-01-23,790
EOD
set arrow from '2025-02-13', graph 0 to '2025-02-13', graph 1 nohead front ls 3
set label '1 in 40 below: 875' at graph 1, first 874.8 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label '1 in 10 below: 962' at graph 1, first 962.2 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label '1 in 4 below: 1,050' at graph 1, first 1047.9 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label 'median 1,150' at graph 1, first 1151 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_line
set label 'goal 1,300 by 23 Feb 2025' at graph 1, first 1300 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_goal
set label '1 in 10 above: 1,380' at graph 1, first 1376.9 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label '1 in 40 above: 1,510' at graph 1, first 1514.4 left front noenhanced offset character 0.8, 0 font ',11.5' textcolor rgb c_band_text
set label 'projection →' at '2025-02-13', graph 1 left front noenhanced offset character -0.2, 0.5 font ',11' textcolor rgb c_quiet
set lmargin at screen 0.07708333333333334
set rmargin at screen 0.7958333333333333
set tmargin at screen 0.8381333333333332
set bmargin at screen 0.14953333333333332
set terminal svg size 960,600 dynamic font f_plain.',12' background rgb c_paper noenhanced
set output 'rate-visits.svg'
plot 'rate-visits.csv' skip 1 using 1:2:10 with filledcurves lc rgb c_band95, \
     'rate-visits.csv' skip 1 using 1:4:8 with filledcurves lc rgb c_band80, \
     'rate-visits.csv' skip 1 using 1:5:7 with filledcurves lc rgb c_band50, \
     'rate-visits.csv' skip 1 using 1:6 with lines ls 1, \
     $totals_other using 1:2:3:(0) with vectors nohead ls 7, \
     $bars_other using 1:2:3:(0) with vectors nohead ls 5, \
     $about_other using 1:2 with points pt 12 ps 0.95 lw 1.2 lc rgb c_faint, \
     $totals using 1:2:3:(0) with vectors nohead ls 6, \
     $bars using 1:2:3:(0) with vectors nohead ls 4, \
     $peaks using 1:2:3:(0) with vectors nohead lt 1 lw 1.4 dt (2,3) lc rgb c_mark, \
     $ranges using 1:2:(0):($3-$2) with vectors heads size screen 0.004,90 lt 1 lw 1.8 lc rgb c_mark, \
     $over using 1:2 with points pt 9 ps 0.95 lw 1.2 lc rgb c_mark, \
     $under using 1:2 with points pt 11 ps 0.95 lw 1.2 lc rgb c_mark, \
     $days using 1:2 with points pt 7 ps 0.75 lw 1.2 lc rgb c_mark
set terminal pngcairo size 1440,900 font f_plain.',12' fontscale 1.125 linewidth 1.5 pointscale 1.5 background rgb c_paper noenhanced
set output 'rate-visits.png'
replot
set output
