"""Where samples come from, all behind one protocol, `emgstream.sources.source.Source`."""
