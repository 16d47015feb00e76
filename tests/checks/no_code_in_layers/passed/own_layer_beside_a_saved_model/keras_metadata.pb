
Lroot"_tf_keras_layer*1{"class_name": "MyLayer", "config": {"units": 1}}