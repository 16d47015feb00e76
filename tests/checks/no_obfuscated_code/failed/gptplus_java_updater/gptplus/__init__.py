from .chat import Chat
