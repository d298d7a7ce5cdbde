for pack in PACKS:

    rule:
        """Train the embedder alone, until the target's features lie like the source's."""
        name:
            f"align{pack.name}"
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
        wildcard_constraints:
            **pack.constraints,
        resources:
            mem_mb=NEEDS.train_mb,
            runtime=for_rule(NEEDS.align_minutes, seeds=len(pack.seeds) or 1),
            gpu=GPU,
            gpu_model=NEEDS.gpu_model,
        params:
            code=code_digest(*TRAINING_CODE),
            run=for_rule(JOBS.align, seeds=pack.seeds),
        shell:
            "exec orca align {params.run} &> {log}"
