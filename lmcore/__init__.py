"""Language models from first principles, as a library.

Modules stand on floors; each imports only from floors below its own:

    0  errors, artifacts, params, progress        no numpy, no mlx
    1  corpus, pretokenize, bpe, tokenizer,       data: numpy and pyarrow, no mlx
       shards, batches
    1  backend                                    compute: sets up the process
    2  model, losses                              mlx, no data
    3  schedules, optimizers, checkpoints,        learning
       trainer
    4  evaluation, baselines, sampling, report    use

Importing this package imports nothing else.
"""
