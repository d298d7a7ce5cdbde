for pack in GRID.packs:

    rule:
        """Open the test split: the only step that reads it."""
        name:
            f"evaluate{pack.name}"
        input:
            unpack(JOBS.cell_files),
            record=per_seed(f"{FINETUNED}/seed{{seed}}/run.json", pack),
            weights_of_run=per_seed(
                f"{FINETUNED}/seed{{seed}}/weights.safetensors", pack
            ),
            test=f"{PREPARED}/test.h5",
        output:
            per_seed(f"{SCORES}/seed{{seed}}.json", pack),
        log:
            f"results/logs/evaluate/{{task}}.{{body}}.{{method}}.{pack.log}.log",
        benchmark:
            f"results/benchmarks/evaluate/{{task}}.{{body}}.{{method}}.{pack.log}.tsv"
        wildcard_constraints:
            task=pack.task,
            body=pack.body,
            method="|".join(METHODS_WITH_BODY),
        resources:
            mem_mb=NEEDS.evaluate_mb,
            runtime=for_rule(NEEDS.evaluate_minutes, seeds=len(pack.seeds) or 1),
            gpu=GPU,
            gpu_model=NEEDS.gpu_model,
        params:
            code=code_digest("evaluation", "training/evaluate.py"),
            run=JOBS.evaluate,
            seeds=pack.options,
        shell:
            "exec orca evaluate {params.run} {params.seeds} &> {log}"
