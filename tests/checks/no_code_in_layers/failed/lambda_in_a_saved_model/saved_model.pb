¨
"serve
	
xRelu:ì
ê"çä{"class_name": "Lambda", "config": {"function": ["4wAAAAAAAAAAAAAAAAAAAABub3QgY29kZSwgYW4gZXhhbXBsZSBvZiBob3cgaXQgYmVnaW5z", null, null]}}