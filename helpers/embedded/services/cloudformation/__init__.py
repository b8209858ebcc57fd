"""CloudFormation in an embedded account: templates whose resources the account itself makes.

moto's CloudFormation writes into moto's own models. Here, as on AWS, each resource is made by a
request to its service in the name of whoever asked for the stack: access decides, keys encrypt,
functions run. `template` reads a template, `parameters` fills it and `intrinsics` resolves its
functions; `resource_types` and its tables say which requests a resource is; `deployment` makes,
changes and takes down; `api` answers requests.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
"""
