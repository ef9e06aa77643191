"""Output to web browsers: decisions over WebSocket, and a page that shows them."""
