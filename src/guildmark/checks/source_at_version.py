"""Only the source of the very release that you run can be read, mended and built again."""

from collections.abc import Iterator

from guildmark import late, papers
from guildmark.check import check, failed, passed, unknown
from guildmark.records import Finding
from guildmark.subject import Subject

_FORGE = late.compile(r"https?://(www\.)?(github\.com|gitlab\.com|codeberg\.org|bitbucket\.org|git\.[\w.-]+)/[\w.~/-]+")


@check(
    applies_to="tool",
    remedy="Publish an sdist beside the wheel, and name the source repository under [project.urls] in pyproject.toml,"
    " with a tag for the version.",
)
def source_at_version(subject: Subject) -> Iterator[Finding]:
    """Is the source of this very version here?"""
    packages = papers.packages(subject)
    built = any(True for _ in subject.files(format="wheel"))
    native = [
        file for file in subject.files() if file.name.endswith((".so", ".pyd", ".dylib", ".dll")) and not file.raw
    ]
    versions = [one for one in packages if one.says.version]
    if not packages:
        yield from papers.missing(subject, "no metadata say which version this is")
    elif not versions:
        yield unknown("the metadata leave the version to the build", packages[0].file.seen("version", "dynamic"))
    elif native and built:
        named = [
            url
            for one in packages
            for url in (one.says.home_page, *one.says.project_urls.values())
            if _FORGE.search(url)
        ]
        says = f"{native[0].path} is compiled, and its source is not here"
        if named:
            yield unknown(f"{says}; it is said to be at {named[0]}", native[0].seen("", "a compiled library"))
        else:
            yield failed(f"{says} and not named", native[0].seen("", "a compiled library"))
    else:
        one = versions[0]
        yield passed(f"the source of version {one.says.version} is here", one.file.seen("version", one.says.version))
