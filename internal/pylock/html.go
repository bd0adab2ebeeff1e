package pylock

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

var (
	htmlComment   = regexp.MustCompile(`(?s)<!--.*?-->`)
	htmlTag       = regexp.MustCompile(`(?is)<(a|base)\s+((?:[^>"']|"[^"]*"|'[^']*')*)>([^<]*)`)
	htmlAttribute = regexp.MustCompile(`(?s)([A-Za-z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?`)
)

// parseHTML reads the links of an index page in its HTML form. Source:
// https://packaging.python.org/en/latest/specifications/simple-repository-api/#base-html-api.
func parseHTML(page string, base *url.URL) []candidate {
	var files []candidate
	for _, tag := range htmlTag.FindAllStringSubmatch(htmlComment.ReplaceAllString(page, ""), -1) {
		attributes := map[string]string{}
		for _, m := range htmlAttribute.FindAllStringSubmatch(tag[2], -1) {
			attributes[strings.ToLower(m[1])] = html.UnescapeString(m[2] + m[3] + m[4])
		}
		href, ok := attributes["href"]
		if !ok {
			continue
		}
		if strings.EqualFold(tag[1], "base") {
			if u, err := base.Parse(href); err == nil {
				base = u
			}
			continue
		}
		metadata, hasMetadata := attributes["data-core-metadata"]
		if !hasMetadata {
			metadata, hasMetadata = attributes["data-dist-info-metadata"]
		}
		_, yanked := attributes["data-yanked"]
		c := candidate{
			File:           File{Name: strings.TrimSpace(html.UnescapeString(tag[3]))},
			requiresPython: attributes["data-requires-python"],
			yanked:         yanked,
			metadata:       hasMetadata && metadata != "false",
			metadataHash:   strings.TrimPrefix(metadata, "sha256="),
		}
		if c.metadataHash == metadata {
			c.metadataHash = "" // "true", or another algorithm
		}
		if !strings.Contains(c.Name, ".") || strings.ContainsAny(c.Name, "/ ") {
			c.Name = "" // the last part of the URL says it
		}
		if c.place(href, base) {
			files = append(files, c)
		}
	}
	return files
}
