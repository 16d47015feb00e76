IllIIIlIIlI = 0
IlIlIIlIIlI = 1
IlIIIIlIIlI = 2
IlllIIlIIlI = 3
IllIlIIlIIlI = 4
IlIIlIIlIIlI = 5
IlllIIIlIIlI = 6
