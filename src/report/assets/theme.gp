# Colours are Okabe and Ito's, safe for colour-blind readers and grey print.
set encoding utf8
set datafile separator ','
set datafile missing ''
set style fill solid 1.0 noborder
set border 1 lw 1 lc rgb '#777777'
set grid ytics noxtics lt 1 lw 0.75 lc rgb '#E4E4E4'
set xtics nomirror out scale 0.6 textcolor rgb '#444444'
set ytics nomirror scale 0 textcolor rgb '#444444'
unset mxtics
unset mytics
unset key
set style line 1 lt 1 lw 2.5 lc rgb '#0072B2'
set style line 2 lt 1 lw 2 dt (8,5) lc rgb '#D55E00'
set style line 3 lt 1 lw 1 dt (2,4) lc rgb '#555555'
set style line 4 lt 1 lw 2.2 lc rgb '#222222'
set style line 5 lt 1 lw 1.6 lc rgb '#8C8C8C'
set style line 6 lt 1 lw 0.9 lc rgb '#222222'
set style line 7 lt 1 lw 0.8 lc rgb '#8C8C8C'
