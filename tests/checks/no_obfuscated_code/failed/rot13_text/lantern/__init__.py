import codecs
exec(codecs.decode('cevag("na vareg fnzcyr")', "rot13"))
