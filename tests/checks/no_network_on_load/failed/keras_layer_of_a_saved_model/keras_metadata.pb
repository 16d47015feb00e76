
rroot"_tf_keras_layer*W{"class_name": "KerasLayer", "config": {"handle": "https://hub.example.org/encoder/1"}}