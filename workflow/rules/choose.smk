CHOSEN = f"results/finetuned/{{task}}/{CLOSEST}/{{method}}/seed{{seed}}"


rule choose_body:
    """Choose, of the bodies aligned to a task, the one that lies closest to its source."""
    input:
        CHOOSING.alignments,
    output:
        "results/chosen/{task}/{method}/seed{seed}.json",
    log:
        "results/logs/choose_body/{task}.{method}.seed{seed}.log",
    benchmark:
        "results/benchmarks/choose_body/{task}.{method}.seed{seed}.tsv"
    wildcard_constraints:
        method="|".join(METHODS_THAT_CHOOSE),
    localrule: True
    params:
        code=code_digest("methods/method.py", "training/choose_body.py"),
        aligned=CHOOSING.choose,
    shell:
        "exec orca choose-body {params.aligned} --out {output} &> {log}"


rule finetune_chosen:
    """Train the weights of the body that was chosen."""
    input:
        unpack(CHOOSING.finetune_files),
    output:
        weights=f"{CHOSEN}/weights.safetensors",
        history=f"{CHOSEN}/history.csv",
        record=f"{CHOSEN}/run.json",
    log:
        f"{CHOSEN}.log",
    benchmark:
        f"{CHOSEN}.tsv"
    wildcard_constraints:
        method="|".join(METHODS_THAT_CHOOSE),
    resources:
        mem_mb=NEEDS.finetune_mb,
        runtime=NEEDS.finetune_chosen_minutes,
        gpu=GPUS,
        gpu_model=NEEDS.gpu_model,
    params:
        code=code_digest(*TRAINING_CODE),
        launcher=LAUNCHER,
        run=CHOOSING.finetune,
    shell:
        "exec {params.launcher} with-chosen finetune {params.run} &> {log}"


rule evaluate_chosen:
    """Open the test split for the run of the body that was chosen."""
    input:
        unpack(CHOOSING.evaluate_files),
        record=f"{CHOSEN}/run.json",
        weights_of_run=f"{CHOSEN}/weights.safetensors",
        test=f"{PREPARED}/test.h5",
    output:
        f"results/scores/{{task}}/{CLOSEST}/{{method}}/seed{{seed}}.json",
    log:
        "results/logs/evaluate_chosen/{task}.{method}.seed{seed}.log",
    benchmark:
        "results/benchmarks/evaluate_chosen/{task}.{method}.seed{seed}.tsv"
    wildcard_constraints:
        method="|".join(METHODS_THAT_CHOOSE),
    resources:
        mem_mb=NEEDS.evaluate_mb,
        runtime=NEEDS.evaluate_chosen_minutes,
        gpu=GPU,
        gpu_model=NEEDS.gpu_model,
    params:
        code=code_digest("evaluation", "training/evaluate.py", "training/predict.py"),
        run=CHOOSING.evaluate,
    shell:
        "exec orca with-chosen evaluate {params.run} &> {log}"
