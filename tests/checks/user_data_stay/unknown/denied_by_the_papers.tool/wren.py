from openai import OpenAI


def judge(prompt):
    return OpenAI().chat.completions.create(model="m", messages=[{"role": "user", "content": prompt}])
