"""What every room stands on: text, time, ids, files, settings. It knows nothing of 311."""
