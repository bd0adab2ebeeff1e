package policy_test

import (
	"fmt"
	"os"

	"github.com/pratique-dev/pratique/policy"
)

// A node of one account pulls from a repository of another, which does not know it.
func Example() {
	pull, err := policy.Parse([]byte(`{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "ecr:BatchGetImage", "Resource": "*"}
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	shared, err := policy.Parse([]byte(`{
  "Version": "2012-10-17",
  "Statement": {
    "Sid": "Partners",
    "Effect": "Allow",
    "Principal": {"AWS": "333333333333"},
    "Action": "ecr:BatchGetImage"
  }
}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	request := &policy.Request{
		Principal: policy.Principal{
			Kind:      policy.AssumedRole,
			Account:   "111111111111",
			ARN:       "arn:aws:sts::111111111111:assumed-role/node/i-1",
			IssuerARN: "arn:aws:iam::111111111111:role/node",
			ID:        "AROAEXAMPLEEXAMPLE000:i-1",
		},
		Action:          "ecr:BatchGetImage",
		Resource:        "arn:aws:ecr:us-east-1:222222222222:repository/app",
		ResourceAccount: "222222222222",
	}
	decision := policy.Evaluate(request, &policy.Set{
		Identity: []policy.Source{{Type: "inline", Name: "pull", Policy: pull}},
		Resource: []policy.Source{{Type: "repository policy", Name: "app", Policy: shared}},
	})
	fmt.Println(decision.Message(request))
	fmt.Println()
	if err := decision.Explain(os.Stdout, policy.Text); err != nil {
		fmt.Println(err)
	}
	// Output:
	// User: arn:aws:sts::111111111111:assumed-role/node/i-1 is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:222222222222:repository/app because no resource-based policy allows the ecr:BatchGetImage action
	//
	// denied: no resource-based policy allows ecr:BatchGetImage
	//
	//   principal  arn:aws:sts::111111111111:assumed-role/node/i-1 (account 111111111111)
	//              issued by arn:aws:iam::111111111111:role/node
	//   action     ecr:BatchGetImage
	//   resource   arn:aws:ecr:us-east-1:222222222222:repository/app (account 222222222222)
	//
	// ✗ resource-based policies: no statement allows it
	//     app (repository policy)
	//       ✗ statement 1 "Partners", Allow: Principal does not match (app:6:18)
	//           policy:  333333333333
	//           request: arn:aws:sts::111111111111:assumed-role/node/i-1
	//
	// ✓ identity-based policies: allowed
	//     pull (inline)
	//       ✓ statement 1, Allow: matches (pull:3:16)
}
