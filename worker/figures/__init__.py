"""What a worker's rooms measure, for Prometheus.

Each room counts for itself (`room_figures`), and tells the worker's main process what is new every few seconds
(`reports`, over `channel`). The main process adds it up (`gathering`) and answers `/metrics` (`page`). Which figures
there are stands in `series`, with what each means. No file, no name of a room or of anybody in it.
"""
