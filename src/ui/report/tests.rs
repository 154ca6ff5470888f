//! What a report makes of files.
