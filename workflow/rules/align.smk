for pack in GRID.packs:

    rule:
        name:
            f"align{pack.name}"
        """Train the embedder alone, until the target's features lie like the source's."""
        input:
            unpack(JOBS.align_files),
        output:
            embedder=per_seed(f"{ALIGNED}/seed{{seed}}/embedder.safetensors", pack),
            history=per_seed(f"{ALIGNED}/seed{{seed}}/history.csv", pack),
            record=per_seed(f"{ALIGNED}/seed{{seed}}/run.json", pack),
        log:
            f"{ALIGNED}/{pack.log}.log",
        benchmark:
            f"{ALIGNED}/{pack.log}.tsv"
        resources:
            mem_mb=lambda wildcards, attempt: 8_000 * attempt,
            runtime=lambda wildcards, attempt: 240 * attempt,
            gpu=GPU,
        params:
            code=code_digest(*TRAINING_CODE),
            run=JOBS.align,
            seeds=pack.options,
        wildcard_constraints:
            task=pack.task,
            body=pack.body,
        shell:
            "exec orca align {params.run} {params.seeds} &> {log}"
