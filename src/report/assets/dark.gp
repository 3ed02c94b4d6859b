# Every colour and font has a name: change it here.  The light theme's hues on a dark ground.
c_paper = '#14171A'; c_ink = '#F5F5F5'; c_text = '#C8C8C8'; c_quiet = '#B0B0B0'
c_rule = '#8A8A8A'; c_grid = '#2E3338'; c_mark = '#EDEDED'; c_faint = '#8F8F8F'; c_warning = '#F0A08C'
c_line = '#63B8EC'; c_line_deep = '#B8E2FF'; c_band50 = '#2B6E9C'; c_band80 = '#1F4E70'; c_band95 = '#19364C'; c_band_text = '#7FB8DE'
c_goal = '#FF8A3D'; c_goal_text = '#FFA566'; c_orange = '#E69F00'; c_orange_text = '#F0B840'
c_green = '#1FBF92'; c_green_text = '#45D1A9'; c_pink = '#DD94BC'; c_pink_text = '#E8AECD'
c_sky = '#8ACBF2'; c_sky_text = '#A3D8F7'; c_brown = '#C2A14A'; c_brown_text = '#D4B767'
f_plain = 'DejaVu Sans'; f_bold = 'DejaVu Sans:Bold'
