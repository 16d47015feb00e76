import json
print "1 kg"
