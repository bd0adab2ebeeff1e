package sigv4_test

import (
	"bufio"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pratique-dev/pratique/sigv4"
)

// The secret of AWS's published examples.
const exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

// receive reads a request as a server does. Lines end in \n for legibility.
func receive(t testing.TB, text string) *http.Request {
	t.Helper()
	head, body, ok := strings.Cut(text, "\n\n")
	if !ok {
		t.Fatalf("no empty line after the headers in %q", text)
	}
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(strings.ReplaceAll(head, "\n", "\r\n") + "\r\n\r\n" + body)))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPublishedSignatures verifies signatures that AWS publishes, in its documentation and its signing test
// suite (awslabs/aws-c-auth, tests/aws-signing-test-suite).
func TestPublishedSignatures(t *testing.T) {
	const (
		credential = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
		plain      = "\nHost: example.amazonaws.com\nX-Amz-Date: 20150830T123600Z\nAuthorization: " + credential + "SignedHeaders=host;x-amz-date, Signature="
		presigned  = "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fservice%2Faws4_request" +
			"&X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600"
		host = "\nHost: example.amazonaws.com\n\n"
	)
	for _, tt := range []struct{ name, request string }{
		{"IAM documentation, ListUsers", "GET /?Action=ListUsers&Version=2010-05-08 HTTP/1.1\n" +
			"Host: iam.amazonaws.com\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\nX-Amz-Date: 20150830T123600Z\n" +
			"Authorization: AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, " +
			"SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7\n\n"},
		{"get-vanilla", "GET / HTTP/1.1" + plain + "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31\n\n"},
		{"get-utf8", "GET /ሴ HTTP/1.1" + plain + "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85\n\n"},
		{"get-slash-pointless-dot-normalized", "GET /./example HTTP/1.1" + plain + "ef75d96142cf21edca26f06005da7988e4f8dc83a165a80865db7089db637ec5\n\n"},
		{"get-vanilla-utf8-query", "GET /?ሴ=bar HTTP/1.1" + plain + "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04\n\n"},
		{"get-vanilla-query-order-encoded", "GET /?Param-3=Value3&Param=Value2&%E1%88%B4=Value1 HTTP/1.1" + plain +
			"371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac\n\n"},
		{"get-header-value-multiline", "GET / HTTP/1.1\nHost: example.amazonaws.com\nMy-Header1: value1\n  value2\n     value3\n" +
			"X-Amz-Date: 20150830T123600Z\nAuthorization: " + credential +
			"SignedHeaders=host;my-header1;x-amz-date, Signature=cfd34249e4b1c8d6b91ef74165d41a32e5fab3306300901bb65a51a73575eefd\n\n"},
		{"get-vanilla-with-session-token", "GET / HTTP/1.1\nHost: example.amazonaws.com\n" +
			"X-Amz-Security-Token: 6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267\nX-Amz-Date: 20150830T123600Z\n" +
			"Authorization: " + credential + "SignedHeaders=host;x-amz-date;x-amz-security-token, " +
			"Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8\n\n"},
		{"post-x-www-form-urlencoded-parameters", "POST / HTTP/1.1\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\n" +
			"Host: example.amazonaws.com\nContent-Length: 13\nX-Amz-Date: 20150830T123600Z\n" +
			"X-Amz-Content-Sha256: 9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e\nAuthorization: " + credential +
			"SignedHeaders=content-length;content-type;host;x-amz-content-sha256;x-amz-date, " +
			"Signature=328d1b9eaadca9f5818ef05e8392801e091653bafec24fcab71e7344e7f51422\n\nParam1=value1"},
		{"get-vanilla, presigned", "GET /?" + presigned + "&X-Amz-Signature=e93c787ed7f371d5c6b165c1b38ede9550f4dce4144713e844b25b7192d3865d HTTP/1.1" + host},
		{"get-vanilla-utf8-query, presigned", "GET /?ሴ=bar&" + presigned + "&X-Amz-Signature=0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600 HTTP/1.1" + host},
		{"get-vanilla-with-session-token, presigned", "GET /?" + presigned +
			"&X-Amz-Security-Token=6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267" +
			"&X-Amz-Signature=7ff2b50b376cb4d151970630573d6291dc128cc5c2a12ffb237f73cc53f67b6c HTTP/1.1" + host},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := receive(t, tt.request)
			q, err := sigv4.Parse(r)
			if err != nil {
				t.Fatal(err)
			}
			payload := sigv4.HashPayload([]byte(tt.request[strings.Index(tt.request, "\n\n")+2:]))
			now := time.Date(2015, 8, 30, 12, 40, 0, 0, time.UTC)
			if err := q.Verify(r, exampleSecret, payload, now); err != nil {
				t.Error(err)
			}
			if q.Verify(r, exampleSecret+"x", payload, now) == nil {
				t.Error("verified with another secret")
			}
			if q.Verify(r, exampleSecret, sigv4.HashPayload([]byte("another body")), now) == nil {
				t.Error("verified with another body")
			}
		})
	}
}
