rule tune_worker:
    """Run trials of a search that several workers share."""
    input:
        prepared=f"{PREPARED}/fit.h5",
        weights=f"{BODY}/card.json",
    output:
        f"{TUNED}/worker{{worker}}.json",
    log:
        f"{TUNED}/worker{{worker}}.log",
    benchmark:
        f"{TUNED}/worker{{worker}}.tsv"
    resources:
        mem_mb=NEEDS.train_mb,
        runtime=NEEDS.tune_minutes,
        gpu=GPU,
        gpu_model=NEEDS.gpu_model,
    params:
        code=code_digest(*TRAINING_CODE, "tuning"),
        search=JOBS.search,
    shell:
        "exec orca tune-worker {params.search} --out {output} &> {log}"


rule tune:
    """Finish a search: its trials as a table, and the settings that it found."""
    input:
        prepared=f"{PREPARED}/fit.h5",
        weights=f"{BODY}/card.json",
        workers=JOBS.search_workers,
    output:
        trials=f"{TUNED}/trials.csv",
        best=f"{TUNED}/best.yaml",
        pictures=multiext(f"{TUNED}/trials", ".svg", ".pdf", ".png")
        + multiext(f"{TUNED}/importance", ".svg", ".pdf", ".png"),
    log:
        f"{TUNED}/tune.log",
    benchmark:
        f"{TUNED}/tune.tsv"
    resources:
        mem_mb=NEEDS.train_mb,
        runtime=NEEDS.tune_minutes,
        gpu=NEEDS.tune_gpu,
        gpu_model=NEEDS.tune_gpu_model,
    params:
        code=code_digest(*TRAINING_CODE, "tuning"),
        search=JOBS.search,
    shell:
        "exec orca tune {params.search} --out results/tuned/{wildcards.task}/{wildcards.body}"
        " &> {log}"
