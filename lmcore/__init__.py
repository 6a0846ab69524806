"""Language models from first principles, as a library.

Modules stand on floors; each imports only from floors below its own:

    0  errors, artifacts, params, profiles,       no numpy, no mlx
       paths, progress, starter
    1  corpus, unicode_classes, pretokenize,      data: numpy and pyarrow, no mlx
       bpe, tokenizer_files, vocabulary,
       tokenizer, encoder, shards, batches
    1  few_rows, backend                          compute: sets up the process
    2  fastmath, model, losses                    mlx, no data
    3  schedules, optimizers, checkpoints,        learning
       parallel, learner, overfit, trainer
    4  accounting, planning, evaluation,          use
       baselines, statistics, routing, quality,
       sampling, storytelling, report, compare,
       export

Importing this package imports nothing else.
"""
