"""What rooms, workers, services and clients say to each other, each thing defined once. Imports nothing of ours."""
