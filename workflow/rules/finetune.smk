rule finetune:
    """Train the weights on the task (stage three)."""
    input:
        unpack(JOBS.finetune_files),
    output:
        layout.stamp(FINETUNED),
    log:
        f"{FINETUNED}/{{seeds}}.log",
    benchmark:
        f"{FINETUNED}/{{seeds}}.tsv"
    priority: 1
    resources:
        mem_mb=NEEDS.mb("train"),
        runtime=NEEDS.minutes("finetune"),
        gpu=NEEDS.gpu,
        gpu_model=NEEDS.gpu_model,
    params:
        key=JOBS.finetune_key,
        device=JOBS.device,
    shell:
        "orca finetune {wildcards.task:q} {wildcards.body:q} --method {wildcards.method:q}"
        " --seeds {wildcards.seeds:q} {params.device:q} &> {log:q}"
