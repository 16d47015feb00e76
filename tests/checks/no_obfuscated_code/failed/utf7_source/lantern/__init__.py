# coding: utf-7
+AGUAeABlAGM-("pass")
