for pack in PACKS:

    rule:
        """Train the weights on the task."""
        name:
            f"finetune{pack.name}"
        input:
            unpack(for_rule(JOBS.finetune_files, seeds=pack.seeds)),
        output:
            weights=per_seed(f"{FINETUNED}/seed{{seed}}/weights.safetensors", pack),
            history=per_seed(f"{FINETUNED}/seed{{seed}}/history.csv", pack),
            record=per_seed(f"{FINETUNED}/seed{{seed}}/run.json", pack),
        log:
            f"{FINETUNED}/{pack.log}.log",
        benchmark:
            f"{FINETUNED}/{pack.log}.tsv"
        wildcard_constraints:
            **pack.constraints,
            method="|".join(METHODS_WITH_BODY),
        resources:
            mem_mb=NEEDS.finetune_mb,
            runtime=for_rule(NEEDS.finetune_minutes, seeds=len(pack.seeds) or 1),
            gpu=GPUS,
            gpu_model=NEEDS.gpu_model,
        params:
            code=code_digest(*TRAINING_CODE),
            launcher=LAUNCHER,
            run=for_rule(JOBS.finetune, seeds=pack.seeds),
        shell:
            "exec {params.launcher} finetune {params.run} &> {log}"
