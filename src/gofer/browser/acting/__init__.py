"""One function per action, each over a `Hand`; `perform` knows them all."""
