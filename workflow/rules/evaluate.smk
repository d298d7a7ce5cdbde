for pack in PACKS:

    rule:
        """Open the test split: the only step that reads it."""
        name:
            f"evaluate{pack.name}"
        input:
            unpack(JOBS.evaluate_files),
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
            **pack.constraints,
            method="|".join(METHODS_WITH_BODY),
        resources:
            mem_mb=NEEDS.evaluate_mb,
            runtime=for_rule(NEEDS.evaluate_minutes, seeds=len(pack.seeds) or 1),
            gpu=GPU,
            gpu_model=NEEDS.gpu_model,
        params:
            code=code_digest(
                "evaluation", "training/evaluate.py", "training/predict.py"
            ),
            run=for_rule(JOBS.evaluate, seeds=pack.seeds),
        shell:
            "exec orca evaluate {params.run} &> {log}"


rule predict:
    """Keep a run's predictions for a test split, beside what was to be predicted."""
    input:
        unpack(JOBS.cell_files),
        record=f"{FINETUNED}/seed{{seed}}/run.json",
        weights_of_run=f"{FINETUNED}/seed{{seed}}/weights.safetensors",
        test=JOBS.predicted_test,
    output:
        f"{PREDICTIONS}/seed{{seed}}{{ending}}.npz",
    log:
        "results/logs/predict/{task}.{body}.{method}.seed{seed}{ending}.log",
    benchmark:
        "results/benchmarks/predict/{task}.{body}.{method}.seed{seed}{ending}.tsv"
    wildcard_constraints:
        method="|".join(METHODS_WITH_BODY),
    resources:
        mem_mb=NEEDS.evaluate_mb,
        runtime=NEEDS.evaluate_minutes,
        gpu=GPU,
        gpu_model=NEEDS.gpu_model,
    params:
        code=code_digest("training/predict.py"),
        run=JOBS.predict,
    shell:
        "exec orca predict {params.run} --output {output} &> {log}"
