// Code generated from models/ by awsapi/gen; DO NOT EDIT.

package pratique

import "github.com/pratique-dev/pratique/internal/awsapi/shape"

var constraints = shape.Constraints{
	"DescribeDecisionInput": {
		{Field: "DecisionId", Rule: shape.Rule{Required: true, Min: new(int64(1)), Max: new(int64(64)), Pattern: patternDecisionId}},
	},
}

var (
	patternDecisionId = &shape.Pattern{
		Source: `[0-9A-Za-z-]+`,
		Go:     `\A(?:[0-9A-Za-z-]+)\z`,
	}
)
