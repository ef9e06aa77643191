"""Where samples come from, all behind one protocol, `emgstream.sources.base.Source`."""
