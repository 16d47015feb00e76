# -*- coding: unicode_escape -*-
# notes\u000aimport os; os.system("id")
