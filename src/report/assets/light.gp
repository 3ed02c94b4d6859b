# Every colour and font has a name: change it here.  Okabe and Ito's, safe for colour-blind readers and grey print.
c_paper = '#FFFFFF'; c_ink = '#111111'; c_text = '#444444'; c_quiet = '#555555'
c_rule = '#777777'; c_grid = '#E4E4E4'; c_mark = '#222222'; c_faint = '#8C8C8C'; c_warning = '#8A3324'
c_line = '#0072B2'; c_line_deep = '#003F66'; c_band50 = '#7FB3D9'; c_band80 = '#B3D1E8'; c_band95 = '#D6E6F2'; c_band_text = '#3F7196'
c_goal = '#D55E00'; c_goal_text = '#B04A00'; c_orange = '#E69F00'; c_orange_text = '#8A5F00'
c_green = '#009E73'; c_green_text = '#00785A'; c_pink = '#CC79A7'; c_pink_text = '#A0527F'
c_sky = '#56B4E9'; c_sky_text = '#1F719F'; c_brown = '#8C6D1F'; c_brown_text = '#6B5315'
f_plain = 'DejaVu Sans'; f_bold = 'DejaVu Sans:Bold'
