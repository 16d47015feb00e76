

d	WriteFilexJnew