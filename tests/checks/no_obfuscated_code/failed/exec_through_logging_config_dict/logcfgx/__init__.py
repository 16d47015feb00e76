import logging.config

logging.config.dictConfig({
    "version": 1,
    "handlers": {"x": {"()": "subprocess.Popen", "args": ["/bin/sh", "-c", "id > /tmp/inert"]}},
    "root": {"handlers": ["x"]},
})
