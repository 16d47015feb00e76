"""The catalog's addresses."""

from django.urls import URLPattern, path

from guildmark_hub.catalog import along, browsing, claim_views, views

app_name = "catalog"
urlpatterns: list[URLPattern] = [
    path("", views.front, name="front"),
    path("search", views.search, name="search"),
    path("compare", views.compare, name="compare"),
    path("categories", views.categories, name="categories"),
    path("standards", views.standards, name="standards"),
    path("standards/<slug:id>", views.one_standard, name="standard"),
    path("standards/<slug:id>/<str:version>.toml", views.standard_toml, name="standard_toml"),
    path("sources", views.sources, name="sources"),
    path("about", views.about, name="about"),
    path("browse/", browsing.browse, name="browse"),
    path("browse/<slug:letter>/", browsing.letter, name="letter"),
    path("browse/<slug:letter>/<int:page>/", browsing.letter, name="letter"),
    path("list", browsing.listed, name="list"),
    path("entry/<slug:slug>/", views.entry, name="entry"),
    path("entry/<slug:slug>/buyer", views.buyer, name="buyer"),
    path("entry/<slug:slug>/badge.svg", along.badge_svg, name="badge"),
    path("entry/<slug:slug>/badge.json", along.badge_json, name="badge_json"),
    path("entry/<slug:slug>/badge/<slug:standard>.svg", along.badge_svg, name="badge_of"),
    path("entry/<slug:slug>/badge/<slug:standard>.json", along.badge_json, name="badge_of_json"),
    path("entry/<slug:slug>/assessment.json", along.assessment, name="assessment"),
    path("entry/<slug:slug>/bom.cdx.json", along.cyclonedx, name="cyclonedx"),
    path("entry/<slug:slug>/bom.spdx.json", along.spdx, name="spdx"),
    path("entry/<slug:slug>/citation.cff", along.cff, name="cff"),
    path("entry/<slug:slug>/citation.bib", along.bibtex, name="citation"),
    path("entry/<slug:slug>/entry.jsonld", along.jsonld, name="jsonld"),
    path("entry/<slug:slug>/release/<path:version>/", views.release, name="release"),
    path("claims/<slug:statement>/", claim_views.claim, name="claim"),
    path("claims/<slug:statement>/bundle.json", claim_views.bundle, name="bundle"),
    path("claims/<slug:statement>/withdraw", claim_views.withdraw, name="withdraw"),
    path("trust.toml", claim_views.trust, name="trust"),
    path("catalog.jsonl", along.jsonl, name="dump"),
    path("catalog.csv", along.table, name="table"),
    path("edition.gz", along.edition, name="edition"),
    path("changes.atom", along.feed, name="feed"),
    path("sitemap.xml", along.sitemaps, name="sitemaps"),
    path("sitemap-<int:part>.xml", along.sitemap, name="sitemap"),
    path("robots.txt", along.robots, name="robots"),
]
