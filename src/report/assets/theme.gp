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
